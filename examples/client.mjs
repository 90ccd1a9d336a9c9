// A chatgame client for Node 20 or later, on its standard library alone: node examples/client.mjs [PORT] [HOST]
// It chats and plays tic-tac-toe by the specification, chatgame/protocol/README.md. The server's turns go through the same checks as
// its own, and a wrong one ends the session with a sentence. It gives no token, so it cannot resume a lost session.

import { createHash, randomBytes } from "node:crypto";
import { connect } from "node:net";
import { createInterface } from "node:readline";

const ROWS = [[0, 1, 2], [3, 4, 5], [6, 7, 8], [0, 3, 6], [1, 4, 7], [2, 5, 8], [0, 4, 8], [2, 4, 6]];
const UTF8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const LEFT = { type: "bye", reason: "left" };

const ensure = (condition, sentence) => { if (!condition) throw new Error(sentence); };
const inert = (text) => text.replace(/[\p{C}\p{Zl}\p{Zp}]/gu, (c) => `\\u{${c.codePointAt(0).toString(16)}}`);
const other = (seat) => (seat === "client" ? "server" : "client");
const wins = (seat, how) => ({ winner: seat, over: `Game over, ${seat === "client" ? "you" : "the server"} won: ${how}.` });
const drawn = (how) => ({ winner: "draw", over: `Game over, a draw: ${how}.` });

/** A string in UTF-8, behind its length as four bytes, big-endian. */
function framed(data) {
  const [length, bytes] = [Buffer.alloc(4), Buffer.from(data)];
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
}
const hashed = (...lines) => createHash("sha256").update(lines.join("\n")).digest("hex");

/** The game after a move; if that ends it, `over` is a sentence, and `winner` a seat or "draw". */
function moved({ cells: before, x, invited, past }, seat, cell) {
  ensure(/^[1-9]$/.test(cell) && before.includes(cell), "A move is the digit of a free cell.");
  const cells = before.replace(cell, seat === x ? "X" : "O");
  const three = ROWS.some(([a, b, c]) => cells[a] === cells[b] && cells[b] === cells[c]);
  const full = !/\d/.test(cells) && drawn("the board is full");
  return { cells, x, invited, past: [...past, before], offered: false, ...(three ? wins(seat, "three in a row") : full) };
}

/** The game after an offer, one for each move; here an undo always takes back two moves, since the seats alternate. */
function offered(match, what) {
  ensure(what === "draw" || (what === "undo" && match.past.length >= 2), "A draw can be offered, and to take back a move.");
  ensure(!match.offered, "There was an offer at this move already.");
  return { ...match, offer: what, offered: true };
}

/** The game after the response to an offer. */
function responded({ offer, ...match }, response) {
  ensure(/^(accept|decline)$/.test(response), "An offer is answered by accept or decline.");
  if (response === "decline") return match;
  if (offer === "draw") return { ...match, ...drawn("both agreed") };
  return { ...match, cells: match.past.at(-2), past: match.past.slice(0, -2), offered: false };
}

/** What the log amounts to after one turn more, by either seat: who writes next, the game, the digest. */
function after(table, seat, kind, text) {
  const playing = table.match && !table.match.over;
  const due = table.match?.offer ? ["respond"] : ["offer", "move"];
  const kinds = playing ? ["say", ...due, "resign", "quit"] : ["say", "play", "quit"];
  const size = Buffer.byteLength(text);
  ensure(seat === table.token, `The ${table.token} writes now.`);
  ensure(kinds.includes(kind), `A turn of another kind is due: ${kinds.join(", ")}.`);
  ensure(text.isWellFormed() && size <= 4096, `A text has 4096 bytes of UTF-8 at most, not ${size}.`);
  ensure((size === 0) === ["quit", "resign"].includes(kind), "A text is missing, or is where none may be.");
  const remarks = playing && kind === "say" ? table.remarks + 1 : 0;
  ensure(remarks <= 20, "After 20 remarks in a row a move is due.");
  let [{ match }, game] = [table, /^tictactoe(?: (first|second))?$/.exec(text)];
  ensure(kind !== "play" || (game && table.games.tictactoe === 1), "That game is not on both sides.");
  const x = game?.[1] === "first" ? seat : other(seat);
  if (kind === "play") match = { cells: "123456789", x, invited: other(seat), past: [] };
  if (kind === "move") match = moved(match, seat, text);
  if (kind === "offer") match = offered(match, text);
  if (kind === "respond") match = responded(match, text);
  if (kind === "resign") match = { ...match, ...wins(other(seat), "the other resigned") };
  const next = remarks ? seat : kind === "play" ? match.x : playing && match.over ? match.invited : other(seat);
  const position = playing || kind === "play" ? JSON.stringify([match.cells, match.x]) : "";
  const winner = (playing && match.winner) || "";
  const digest = hashed(table.digest, table.number, seat, kind, position, winner, text);
  return { ...table, number: table.number + 1, digest, match, token: kind === "quit" ? null : next, remarks };
}

const [port = 1059, host = "127.0.0.1"] = process.argv.slice(2);
const [terminal, prompt] = [Boolean(process.stdin.isTTY), "Enter Input >"];
const input = createInterface({ input: process.stdin, output: process.stdout, terminal, prompt });
const socket = connect({ port, host });
setInterval(() => table && !closing && send({ type: "alive" }), 5_000).unref();
const silence = setTimeout(() => close("The server has been silent for 15 seconds.", 1), 15_000).unref();
const lines = []; // read, and waiting for our turn
let [received, table] = [Buffer.alloc(0), null]; // bytes of no whole message yet; no table before the server's hello
let [asked, ended, closing] = [false, false, false]; // the prompt is open; the input is at its end; the session is
const send = (message) => socket.write(framed(JSON.stringify(message)));

/** End the session with a sentence, and a goodbye if one is due; the program ends when the server has closed too. */
function close(sentence, status, goodbye) {
  if (closing) return;
  [closing, process.exitCode] = [true, status];
  console.log(asked ? `\n${sentence}` : sentence);
  if (goodbye) send(goodbye);
  input.close();
  socket.end().setTimeout(3_000, () => socket.destroy());
}

/** Come to the table after a turn, and show it. */
function show(next, seat, kind, text) {
  table = next;
  if (kind === "say" && seat === "server") console.log(`Server says: ${inert(text)}`);
  if (kind === "say" || kind === "quit") return;
  console.log(`${seat === "client" ? "You" : "The server"}: ${kind} ${text}`);
  console.log(table.match.cells.match(/.../g).map((row) => ` ${[...row].join(" | ")}`).join("\n---+---+---\n"));
  const whose = table.token === "client" ? "your" : "the server's";
  console.log(table.match.over || `It is ${whose} ${table.match.offer ? "answer: /accept or /decline" : "move: a free cell"}.`);
}

/** Write the turn that a line asks for. */
function write(line) {
  const [, command, text] = /^(\/q$|\/resign$|\/say |play |\/(?=\/|(?:draw|undo|accept|decline)$)|)(.*)$/s.exec(line);
  const plain = table.match && !table.match.over ? "move" : "say";
  const slash = { draw: "offer", undo: "offer", accept: "respond", decline: "respond" }[text] ?? "say";
  const kind = { "/q": "quit", "/resign": "resign", "/say ": "say", "/": slash, "play ": "play" }[command] ?? plain;
  const next = after(table, "client", kind, text);
  send({ type: "turn", number: table.number, seat: "client", kind, text, digest: next.digest });
  show(next, "client", kind, text);
}

/** Ask for lines while it is our turn, and leave at the end of the input. */
function ask() {
  while (!closing && table?.token === "client") {
    if (!asked) input.prompt();
    asked = lines.length === 0;
    if (asked) break;
    try { write(lines.shift()); } catch (error) { console.log(error.message); }
  }
  if (ended && !lines.length && table?.token) close("Shutting Down!", 0, LEFT);
}

/** Take a message of the server's, or throw what is wrong with it. */
function receive(bytes) {
  const message = JSON.parse(UTF8.decode(bytes));
  const { type, number, seat, kind, text, digest, reason, protocol, nonce, session, games } = message;
  if (type === "bye") {
    const why = reason === "left" ? "The server has left." : `The server ended the session: ${inert(text || reason)}`;
    close(table?.token === null ? "Shutting Down!" : why, reason === "left" ? 0 : 1, LEFT);
  } else if (type === "hello" && !table) {
    ensure(/^1\.\d{1,4}$/.test(protocol), "It speaks another version.");
    ensure(seat === "server" && games && /^[0-9a-f]{64}$/.test(nonce) && !session, "It did not say hello.");
    const opened = createHash("sha256").update(hello).update(bytes).digest("hex");
    table = { number: 0, digest: hashed("chatgame 1", opened), games, token: "client", match: null, remarks: 0 };
  } else if (["hello", "turn", "pair"].includes(type) || typeof type !== "string" || (type === "alive" && !table)) {
    ensure(table && type === "turn" && Object.keys(message).length === 6 && typeof text === "string", "That is no message.");
    const next = after(table, seat, kind, text);
    ensure(number === table.number && seat === "server", "A turn has a wrong number or seat.");
    ensure(digest === next.digest, "The digest of a turn differs.");
    show(next, seat, kind, text);
    if (kind === "quit") close("The server has left.", 0, LEFT);
  }
}

for (const end of ["error", "close"]) socket.on(end, () => close("There is no connection to the server.", 1));
socket.on("data", (data) => {
  received = Buffer.concat([received, data]);
  try {
    while (!closing && received.length >= 4) {
      const size = received.readUInt32BE();
      ensure(size > 0 && size <= 32768, `A message cannot have ${size} bytes.`);
      if (received.length < 4 + size) break;
      receive(received.subarray(4, 4 + size));
      received = received.subarray(4 + size);
      silence.refresh();
    }
    ask();
  } catch (error) {
    const text = `The server broke the protocol: ${inert(error.message)}`;
    close(text, 1, { type: "bye", reason: "refused", text });
  }
});
input.on("line", (line) => { lines.push(line); ask(); });
input.on("close", () => { ended = true; ask(); });
for (const source of [process, input]) source.on("SIGINT", () => close("Shutting Down!", 130, LEFT));
const nonce = randomBytes(32).toString("hex");
const hello = JSON.stringify({ type: "hello", protocol: "1.0", seat: "client", nonce, games: { tictactoe: 1 } });
socket.write(framed(hello));
