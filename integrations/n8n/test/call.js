'use strict';

// Runs the built nodes in n8n's own engine: each line of stdin is {"part", …}, each answer a line of stdout, "> " and
// {"results": …} or {"error": {name, message, description}}. What an installation of n8n adds to the engine is here:
// the credential, and where webhooks come in.
const os = require('node:os');
const fs = require('node:fs');
const path = require('node:path');
const readline = require('node:readline');

// Where the engine keeps the key that it makes.
process.env.N8N_USER_FOLDER = fs.mkdtempSync(path.join(os.tmpdir(), 'n8n-'));
process.on('exit', () => fs.rmSync(process.env.N8N_USER_FOLDER, { recursive: true }));

require('reflect-metadata');
const { ExecuteContext, HookContext, RoutingNode, WebhookContext } = require('n8n-core');
const { Workflow, NodeHelpers, createRunExecutionData } = require('n8n-workflow');

const { ReviewHubApi } = require('../dist/credentials/ReviewHubApi.credentials');
const { ReviewHub } = require('../dist/nodes/ReviewHub/ReviewHub.node');
const { ReviewHubTrigger } = require('../dist/nodes/ReviewHubTrigger/ReviewHubTrigger.node');

const credential = { baseUrl: process.env.BASE_URL, apiKey: process.env.API_KEY };
const credentialType = new ReviewHubApi();
const withCredential = (workflow, node, text) =>
  workflow.expression.getSimpleParameterValue(node, text, 'internal', { $credentials: credential });

const credentialsHelper = {
  isCredentialUsableByNode: () => true,
  getParentTypes: () => [],
  getDecrypted: async () => credential,
  preAuthentication: async () => undefined,
  authenticate: async (decrypted, type, request, workflow, node) => {
    const { headers } = credentialType.authenticate.properties;
    const filled = Object.entries(headers).map(([name, text]) => [name, withCredential(workflow, node, text)]);
    return { ...request, headers: { ...request.headers, ...Object.fromEntries(filled) } };
  },
};

// A workflow of one node, with what n8n has for it while it runs.
const standing = (nodeType, parameters, data = {}) => {
  const { properties } = nodeType.description;
  const node = {
    id: '1',
    name: 'Node',
    type: 'n8n-nodes-reviewhub.node',
    typeVersion: 1,
    position: [0, 0],
    webhookId: 'catch',
    credentials: { reviewHubApi: { id: '1', name: 'ReviewHub' } },
    parameters: NodeHelpers.getNodeParameters(properties, parameters, true, false, { typeVersion: 1 }, nodeType.description),
  };
  const nodeTypes = { getByNameAndVersion: () => nodeType, getByName: () => nodeType, getKnownTypes: () => ({}) };
  const workflow = new Workflow({ id: 'w', name: 'Reviews', nodes: [node], connections: {}, active: true, nodeTypes });
  Object.assign(workflow.getStaticData('node', node), data);
  const [webhookBaseUrl, elsewhere] = [process.env.WEBHOOKS, 'https://n8n.example'];
  const waiting = { webhookWaitingBaseUrl: elsewhere, formWaitingBaseUrl: elsewhere };
  const additionalData = { credentialsHelper, webhookBaseUrl, ...waiting };
  return { node, workflow, additionalData };
};

const run = async (nodeType, parameters) => {
  const { node, workflow, additionalData } = standing(nodeType, parameters);
  const input = { main: [[{ json: {} }]] };
  const execution = { data: input, node, source: null };
  const context = new ExecuteContext(
    ...[workflow, node, additionalData, 'manual', createRunExecutionData(), 0, input.main[0], input, execution, []],
  );
  const [items] = await new RoutingNode(context, nodeType).runNode();
  return items.map((item) => item.json);
};

const PARTS = {
  node: ({ parameters }) => run(new ReviewHub(), parameters),

  // As the engine's host asks for the list of an option: a node of its own, with the option's routing.
  sequences: () => {
    const action = new ReviewHub();
    const { options } = action.description.properties.find((property) => property.name === 'additionalFields');
    const { routing } = options.find((option) => option.name === 'sequence').typeOptions.loadOptions;
    const properties = [{ displayName: '', name: '', type: 'string', default: '', routing }];
    return run({ description: { ...action.description, properties } }, {});
  },

  lifecycle: async ({ method, parameters, data }) => {
    const trigger = new ReviewHubTrigger();
    const { node, workflow, additionalData } = standing(trigger, parameters, data);
    const context = new HookContext(workflow, node, additionalData, 'trigger', 'activate');
    const result = await trigger.webhookMethods.default[method].call(context);
    return { result, data: { ...workflow.getStaticData('node', node) } };
  },

  webhook: async ({ headers, body, data }) => {
    const trigger = new ReviewHubTrigger();
    const { node, workflow, additionalData } = standing(trigger, {}, data);
    const answer = { status: 200 };
    additionalData.httpRequest = { headers, body: JSON.parse(body), rawBody: Buffer.from(body) };
    additionalData.httpResponse = { status: (status) => Object.assign(answer, { status }) && { json: () => undefined } };
    const context = new WebhookContext(workflow, node, additionalData, 'webhook', {}, [], null);
    const { workflowData } = await trigger.webhook.call(context);
    return { ...answer, items: (workflowData ?? [[]])[0].map((item) => item.json) };
  },

  credential: async () => {
    const { node, workflow } = standing(new ReviewHub(), {});
    const { baseURL, url } = credentialType.test.request;
    const request = await credentialsHelper.authenticate(credential, 'reviewHubApi', {}, workflow, node);
    return (await fetch(withCredential(workflow, node, baseURL) + url, request)).json();
  },
};

const answer = async ({ part, ...given }) => {
  try {
    return { results: await PARTS[part](given) };
  } catch (error) {
    return { error: { name: error.constructor.name, message: error.message, description: error.description } };
  }
};

(async () => {
  for await (const line of readline.createInterface({ input: process.stdin })) {
    process.stdout.write(`\n> ${JSON.stringify(await answer(JSON.parse(line)))}\n`);
  }
  process.exit(0);
})();
