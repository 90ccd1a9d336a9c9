// boardgame.io as a peer: tic-tac-toe after tic-tac-toe between two clients on its in-process `Local()`.
//
//     node --expose-gc boardgame.cjs moves N     prints the seconds that a move takes, over N games
//     node --expose-gc boardgame.cjs memory N    prints the bytes that a match in mid-game takes, over N of them

const { Client } = require('boardgame.io/client')
const { INVALID_MOVE } = require('boardgame.io/core')
const { Local } = require('boardgame.io/multiplayer')

const LINES = [[0, 1, 2], [3, 4, 5], [6, 7, 8], [0, 3, 6], [1, 4, 7], [2, 5, 8], [0, 4, 8], [2, 4, 6]]
const MOVES = [5, 1, 9, 2, 8, 3] // the same as in games.py
const WARM_UP = 50

const game = {
  name: 'tictactoe',
  setup: () => ({ cells: Array(9).fill(null) }),
  turn: { minMoves: 1, maxMoves: 1 },
  moves: {
    play: ({ G, playerID }, cell) => {
      if (!(Number.isInteger(cell) && cell >= 1 && cell <= 9) || G.cells[cell - 1] !== null) return INVALID_MOVE
      G.cells[cell - 1] = playerID
    }
  },
  endIf: ({ G, ctx }) => {
    if (LINES.some(line => line.every(i => G.cells[i] !== null && G.cells[i] === G.cells[line[0]]))) {
      return { winner: ctx.currentPlayer }
    }
    if (G.cells.every(cell => cell !== null)) return { draw: true }
  }
}

function open (matchID, multiplayer) {
  const clients = ['0', '1'].map(playerID => Client({ game, multiplayer, matchID, playerID, debug: false }))
  clients.forEach(client => client.start())
  return clients
}

function play (clients, moves) {
  moves.forEach((cell, number) => {
    clients[number % 2].moves.play(cell)
    if (clients[(number + 1) % 2].getState()._stateID !== number + 1) throw new Error('the move did not come')
  })
}

function secondsPerMove (games) {
  let began = 0
  const multiplayer = Local()
  for (let number = 0; number < WARM_UP + games; number++) {
    if (number === WARM_UP) began = performance.now()
    const clients = open(`match ${number}`, multiplayer)
    play(clients, MOVES)
    if (!clients[0].getState().ctx.gameover) throw new Error('the game is not over')
    clients.forEach(client => client.stop())
  }
  return (performance.now() - began) / 1000 / (games * MOVES.length)
}

function bytesPerMatch (matches) {
  const multiplayer = Local()
  const opened = [open('warm-up', multiplayer)]
  global.gc()
  const before = process.memoryUsage().heapUsed
  for (let number = 0; number < matches; number++) {
    opened.push(open(`match ${number}`, multiplayer))
    play(opened.at(-1), MOVES.slice(0, 4))
  }
  global.gc()
  return (process.memoryUsage().heapUsed - before) / (opened.length - 1)
}

const [what, number] = process.argv.slice(2)
console.log({ moves: secondsPerMove, memory: bytesPerMatch }[what](Number(number)))
