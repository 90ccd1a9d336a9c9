"""What is added for those who watch: their way to a conversation, and the audience that its server shows it to."""
