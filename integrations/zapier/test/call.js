'use strict';

// Runs parts of the app as the platform runs them in a Zap: each line of stdin is {"method": "creates.….perform",
// "bundle": {…}}, each answer a line of stdout, "> " and {"results": …} or {"error": {name, message}}.
const readline = require('node:readline');

const zapier = require('zapier-platform-core');

const App = require('..');

const run = zapier.createAppTester(App);

const answer = async ({ method, bundle }) => {
  const found = method.split('.').reduce((place, name) => place[name], App);
  try {
    return { results: await run(found, bundle) };
  } catch (error) {
    return { error: { name: error.name, message: error.message } };
  }
};

(async () => {
  for await (const line of readline.createInterface({ input: process.stdin })) {
    process.stdout.write(`\n> ${JSON.stringify(await answer(JSON.parse(line)))}\n`);
  }
  process.exit(0);
})();
