"""The sentences that the program says by itself on the screen of a conversation, as templates for `str.format`.

What a partner says in such words is marked as theirs (see `chatgame.players.person.imitation`), which follows from
what stands here. Answers to what a person has typed are not here: they come only when they are asked for. Nor are the
errors that end a program: all of them are shown as COMPLAINT is.
"""

from string import ascii_lowercase
from typing import Final

# Chat

PROMPT: Final = "Enter Input >"
BANNER: Final = (
    "Type /q to quit",
    "Enter message to send. Please wait for input prompt before entering message...",
    'Note: Type "play tictactoe" to start a game of tictactoe',
    "Type /help to see the games and the commands",
)
SAYS: Final = "{who} says: {text}"
SHUTTING_DOWN: Final = "Shutting Down!"
HAS_QUIT: Final = "{seat} has requested shutdown. Shutting down!"
HAS_LEFT: Final = "The {seat} has left, so the conversation is over."
PARTNER_IS: Final = "Your partner is {name}."
GOING_ON: Final = "Going on with your conversation after {turns}:"

# Games

STARTED: Final = "{who} started a game of {title}."
RULES: Final = "Rules: {about}"
PLAYED: Final = "{who} played {move}."
ANSWERED: Final = "{who} answered {answer}."
MADE_A_CHOICE: Final = "{who} made a choice, hidden for now."
HAD_CHOSEN: Final = "{who} had chosen {choice}."
WAITING_FOR: Final = "Waiting for {whom}..."
YOUR_MOVE: Final = "Your move{again}: {asked}."
DRAW_OFFERED: Final = "You offered a draw."
DRAW_CLAIMED: Final = "{who} claimed a draw."
UNDO_OFFERED: Final = "You asked to take back your last move."
OFFERS_DRAW: Final = "The {seat} offers a draw. Type /accept or /decline."
OFFERS_UNDO: Final = "The {seat} asks to take back their last move. Type /accept or /decline."
DRAW_OFFERED_BY: Final = "The {seat} offers a draw."
UNDO_OFFERED_BY: Final = "The {seat} asks to take back their last move."
DRAW_ACCEPTED: Final = "{who} accepted the draw."
DRAW_DECLINED: Final = "{who} declined the draw."
UNDO_ACCEPTED: Final = "{who} agreed: {whose} last move is taken back."
UNDO_DECLINED: Final = "{who} declined: {whose} last move stands."
GAME_OVER: Final = "Game over, {result}: {reason}."
SCORE: Final = "Score: {score}."
BACK_TO_CHAT: Final = "Back to chat, {whose_turn}."
RULES_FAILED: Final = "The rules of {title} failed ({what})."
FALSE_CARDS: Final = "What the partner has shared is not a card of the deck, so the game ends here, and is audited."
LATE: Final = "The {seat}'s program is late with what it has to {kind}; after {limit:.0f} seconds it loses the game."
LEFT_OWING: Final = "{who} left with a reveal due in the game of {title}."
STILL_DUE: Final = "{whose} reveal in the game of {title} is still due."
REMARK_KEPT: Final = "Your remark is kept, and goes out when it is your turn."
REMARK_SENT: Final = "Your remark goes out now: {text}"
REMARK_NOT_SENT: Final = "Your remark was not sent: {text} ({why})"
GAME_IS_OVER: Final = "The game is over before your turn came."
CANNOT_BE_PLAYED: Final = "The game {name} cannot be played: {error}"

SAID_BY_RULES: Final = (
    *("{who} chose {choice}", "{who} guessed {guess}", "{who} held {points}", "{who} rolled {number}"),
    *("{who} shot at {cell}", "{who} have placed {fleet}", "{who} have hidden {secret}", "{whose} fleet {deed}"),
    *("{who} passed", "{who} drew {card}", "{who} were dealt {cards}", "{who} was dealt {cards}"),
    *("The cards are {how}", "The pile is {how}", "The {rank} of {suit} is turned up"),
    *("A draw: {why}", "The word {deed}", "That is the word.", "That is not the word."),
    *("There is a {letter} in {places}", "There is an {letter} in {places}", "There is no {letter} in {places}"),
    *("{seat} {deed}", "The {seat} {deed}", "The {seat}'s {thing}"),
)
"""How the rules of games begin a sentence: those that come with chatgame, and of a seat any game."""

# Watching

ASKED_TO_WATCH: Final = "You asked to let people watch: they see all that is written from then on, chat included."
ASKS_TO_WATCH: Final = (
    "The {seat} asks to let people watch: they see all that is written from then on, chat included. "
    "Type /accept or /decline."
)
WATCH_ACCEPTED: Final = "{who} agreed: people may watch from now on. To end it, type /watch off."
WATCH_DECLINED: Final = "{who} declined, so nobody may watch."
WATCH_ENDED: Final = "{who} ended it: nobody watches any more."
DIGEST: Final = "The digest after {turns} is {digest}; anyone who has the same has seen the same since they came."
PLAYER_IS: Final = "The {seat} is {name}."
MISSED: Final = "Some turns were not shown: watching begins anew here."
WATCHES: Final = "You watch a conversation; Ctrl-C leaves."
WATCHES_AT_TERMINAL: Final = "You watch a conversation; Enter shows how it stands, and Ctrl-C leaves."
STANDS: Final = "Now: {now}."
NOT_WATCHED_YET: Final = "Nobody may watch there now. Asking again in {pause:.1f} seconds; Ctrl-C leaves."
WATCH_AGAIN: Final = "Dialling again; Ctrl-C leaves."
SERVER_HAS_ENDED: Final = "The server's program has ended, so there is nothing more to see."
NOT_WATCHED_ANY_MORE: Final = "Nobody may watch any more."
WATCH_WITH: Final = "chatgame watch {address} {code}"
WATCH_COMMAND: Final = "To watch, people type:"
CAME_TO_WATCH: Final = "Somebody came to watch; now {count}."
WENT_AWAY: Final = "Somebody does not watch any more; now {count}."
WATCH_CODE_BURNED: Final = (
    "Three wrong codes for watching were tried, so that code is burned, and nobody new can come. For another, type "
    "/watch off and then, in chat, /watch."
)

# The console

NO_TEXT: Final = "That line is not UTF-8 text, so it was not sent."
CUT: Final = "A terminal cuts lines at {most} bytes, so this one was not sent. Send it in parts."
TOO_LONG: Final = "That line has more than {most} bytes, so it was not sent; {limit} go into one message."
TOO_EARLY: Final = "Not your turn yet, so this was not sent: {line}"
KEPT_IN_EDITOR: Final = "Not your turn yet. Your line stays here, and Enter sends it when the prompt has come."
AT_THE_PROMPT: Final = "That works at the prompt, when it is your turn. {how_to_leave}"
AT_THE_PROMPT_IN_EDITOR: Final = "That works at the prompt, when it is your turn; it stays here. {how_to_leave}"
NOBODY_YET: Final = "Nobody has come yet. {how_to_leave}"
WAITING_SINCE: Final = "Waiting since {since}: {now}."

# The journal

JOURNAL: Final = "The journal {path} {what}"
NOT_SENT: Final = "{error} So this was not sent; it is still your turn."
TRIES_AGAIN: Final = "{error} Your program has to {kind} in the game, and tries again for {limit:.0f} seconds."
WRITTEN_AGAIN: Final = "The journal can be written again, and the game goes on."

# Connections

LISTENING: Final = "Server listening on: {host} on port: {port}"
CODE: Final = "Tell your friend the code, by telephone for example; it lets in one person, once. They type:"
CLIENT_COMMAND: Final = "chatgame client {address} {code}"
NEWEST: Final = (
    "Going on with conversation {number}, the newest of {count} over relays that are not over. For another, see "
    "chatgame history."
)
UNFINISHED: Final = "Waiting for the client of your unfinished conversation. To begin afresh, use --new."
CONNECTED_BY: Final = "Connected by {peer}"
CONNECTED_TO: Final = "Connected to: {host} on port: {port}"
WAITING_FOR_MESSAGE: Final = "Waiting for message..."
NOT_ENCRYPTED: Final = "Nothing is encrypted: anyone between the two computers can read and change what you say."
WRONG_CODE: Final = "A wrong code{purpose} was tried {origin} ({guesses} of {most})."
DROPPED: Final = "Dropped a connection {origin}: {why}"
SILENT: Final = "The {seat} has been silent for {limit:.0f} seconds."
LOST: Final = "The connection to the {seat} was lost."
BROKE: Final = "The connection broke before the server had answered. {plan}"
WAIT: Final = "Waiting for them to come back; Ctrl-C leaves."
DIAL: Final = "Dialling again; what you write is kept."
DIALLING: Final = "Dialling again in {pause:.1f} seconds; Ctrl-C leaves."
NO_ANSWER_YET: Final = "No answer from {where} yet; Ctrl-C leaves."
NOBODY_ANSWERS: Final = "Nobody answers. Dialling again in {pause:.1f} seconds; Ctrl-C leaves."
CONNECTED_AGAIN: Final = "Connected again."
AT_RELAY: Final = "Waiting at the relay {relay}."
CODE_BURNED: Final = "Three wrong codes were tried, so the code is burned: somebody guesses, or mistypes."
OTHER_CODE: Final = "The code from before is not valid any more. Tell your friend the new one; they type:"
CONNECTED_OVER: Final = "Connected over the relay."
RELAY_LOST: Final = "The relay {relay} {what}; dialling again."
RELAY_LOST_LAST: Final = "The relay {relay} {what}."
RELAY_FULL: Final = "The relay {relay} is full; asking again."
RELAY_CLOSING: Final = "The relay {relay} is closing."
RELAY_FULL_NEXT: Final = "The relay {relay} is full; trying the next."
RELAY_LOST_NEXT: Final = "The relay {relay} {what}; trying the next."
RELAY_VERSION: Final = "The relay {relay} speaks another version ({version}); one of the two has to be updated."
NOT_AT_RELAY: Final = "Your friend is not at the relay yet. Asking again in {pause:.1f} seconds; Ctrl-C leaves."
NO_RELAY_ANSWERS: Final = "No relay answers. Dialling again in {pause:.1f} seconds; Ctrl-C leaves."
RELAYS_FULL: Final = "The relay is full. Asking again in {pause:.1f} seconds; Ctrl-C leaves."
STRANGER: Final = "Somebody else answered for your friend, and was told nothing."
ASKING: Final = "Asking again in {pause:.1f} seconds; Ctrl-C leaves."
NOT_BACK: Final = "The client has not come back, and had said nothing yet. Anyone can join again."
QUIT_NOT_HEARD: Final = "Your partner has not heard yet that you quit. The same command tells them."
FAREWELL_NOT_HEARD: Final = (
    "The server still waits for you in your last conversation, which you have quit. Telling it again "
    "in {pause:.1f} seconds; Ctrl-C leaves."
)
FAREWELL_HEARD: Final = "The server now knows that you have quit your last conversation."

# The program

ALONE: Final = "You are alone with {whom}."
PROGRAM_RESIGNS: Final = "A program had to resign its game: {name} {what}.{last_words}"
KEPT: Final = "Your partner is not told, and the conversation is kept: the same command goes on with it."
OVER: Final = "The conversation is over after {number} turns."
COMPLAINT: Final = "chatgame: {error}"

FILLINGS: Final = {
    "who": ("you", "the client", "the server"),
    "whose": ("your", "the client's", "the server's"),
    "seat": ("client", "server"),
    "again": ("", " again"),
    "purpose": ("", " for watching"),
    "letter": ascii_lowercase,
    "rank": ("ace", "jack", "queen", "king", *map(str, range(2, 11))),
}
"""What stands in a gap of a sentence that would be like ordinary chat up to that gap."""

TEMPLATES: Final = (
    *(value for name, value in globals().items() if name.isupper() and isinstance(value, str)),
    *BANNER,
    *SAID_BY_RULES,
)
"""All of them."""
