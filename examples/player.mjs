// A player for chatgame, in JavaScript: chatgame solo --player "node examples/player.mjs"
// It plays any choice that is listed; in tic-tac-toe it completes three in a row, or prevents that.
// The lines are specified in chatgame/players/program/README.md.

import { createInterface } from "node:readline";

const ROWS = [[0, 1, 2], [3, 4, 5], [6, 7, 8], [0, 3, 6], [1, 4, 7], [2, 5, 8], [0, 4, 8], [2, 4, 6]];
const any = (list) => list[Math.floor(Math.random() * list.length)];
let seat = "client";

/** In tic-tac-toe: the cell that makes three in a row of a mark, if there is one. */
function third(cells, mark) {
  for (const row of ROWS) {
    const free = row.filter((at) => /\d/.test(cells[at]));
    if (free.length === 1 && row.filter((at) => cells[at] === mark).length === 2) return cells[free[0]];
  }
}

function line({ kind, choices, game }) {
  if (kind === "say") return "play tictactoe";
  if (kind === "respond") return "/decline";
  if (game.name !== "tictactoe") return choices.length ? any(choices) : kind === "commit" ? "random" : "/resign";
  const [cells, x] = game.position;
  const [mine, theirs] = x === seat ? ["X", "O"] : ["O", "X"];
  return third(cells, mine) ?? third(cells, theirs) ?? (choices.includes("5") ? "5" : any(choices));
}

createInterface({ input: process.stdin }).on("line", (text) => {
  const message = JSON.parse(text);
  if (message.type === "begin") seat = message.seat;
  if (message.type === "ask") console.log(JSON.stringify({ id: message.id, line: line(message) }));
});
