import {
  NodeApiError,
  NodeConnectionTypes,
  type IDataObject,
  type IHookFunctions,
  type IHttpRequestMethods,
  type INodeType,
  type INodeTypeDescription,
  type IWebhookFunctions,
  type IWebhookResponseData,
  type JsonObject,
} from 'n8n-workflow';

import { isSigned } from './signature';

type Answer = { statusCode: number; body: JsonObject };

async function call(node: IHookFunctions, method: IHttpRequestMethods, path: string, body?: IDataObject): Promise<Answer> {
  const { baseUrl } = await node.getCredentials<{ baseUrl: string }>('reviewHubApi');
  return (await node.helpers.httpRequestWithAuthentication.call(node, 'reviewHubApi', {
    method,
    url: `${baseUrl.replace(/\/+$/, '')}/api/v1/hooks${path}`,
    body,
    json: true,
    returnFullResponse: true,
    ignoreHttpStatusErrors: true,
  })) as Answer;
}

/** Say what the API said, unless the status is one of those. */
function expectStatus(node: IHookFunctions, answer: Answer, ...statuses: number[]): void {
  if (!statuses.includes(answer.statusCode)) {
    throw new NodeApiError(node.getNode(), answer.body ?? {}, {
      message: String(answer.body?.error_description ?? `ReviewHub answered ${answer.statusCode}.`),
      httpCode: String(answer.statusCode),
    });
  }
}

export class ReviewHubTrigger implements INodeType {
  description: INodeTypeDescription = {
    displayName: 'ReviewHub Trigger',
    name: 'reviewHubTrigger',
    icon: { light: 'file:../../icons/reviewhub.svg', dark: 'file:../../icons/reviewhub.dark.svg' },
    group: ['trigger'],
    version: 1,
    subtitle: '={{$parameter["events"].join(", ")}}',
    description: 'Starts the workflow when something happens to a review request or a customer',

    defaults: { name: 'ReviewHub Trigger' },
    inputs: [],
    outputs: [NodeConnectionTypes.Main],
    credentials: [{ name: 'reviewHubApi', required: true }],
    webhooks: [{ name: 'default', httpMethod: 'POST', responseMode: 'onReceived', path: 'webhook' }],
    properties: [
      {
        displayName: 'Events',
        name: 'events',
        type: 'multiOptions',
        required: true,
        default: ['feedback.created'],
        options: [
          { name: 'Contact Erased', value: 'contact.erased' },
          { name: 'Contact Opted Out', value: 'contact.opted_out' },
          { name: 'Feedback Changed', value: 'feedback.updated' },
          { name: 'Message Bounced', value: 'message.bounced' },
          { name: 'Message Failed', value: 'message.failed' },
          { name: 'Message Sent', value: 'message.sent' },
          { name: 'New Feedback', value: 'feedback.created' },
          { name: 'Request Responded', value: 'review_request.responded' },
          { name: 'Review Request Completed', value: 'review_request.completed' },
          { name: 'Review Request Failed', value: 'review_request.failed' },
          { name: 'Review Request Sent', value: 'review_request.sent' },
          { name: 'Review Site Chosen', value: 'link.clicked' },
        ],
      },
    ],
  };

  webhookMethods = {
    default: {
      async checkExists(this: IHookFunctions): Promise<boolean> {
        const { hook } = this.getWorkflowStaticData('node');
        if (typeof hook !== 'string') {
          return false;
        }
        const answer = await call(this, 'GET', `/${hook}`);
        expectStatus(this, answer, 200, 404);
        const events = this.getNodeParameter('events') as string[];
        const told = answer.body.events as string[] | undefined;
        return (
          answer.statusCode === 200 &&
          answer.body.active === true &&
          answer.body.url === this.getNodeWebhookUrl('default') &&
          [...events].sort().join() === [...(told ?? [])].sort().join()
        );
      },

      async create(this: IHookFunctions): Promise<boolean> {
        const answer = await call(this, 'POST', '', {
          url: this.getNodeWebhookUrl('default'),
          events: this.getNodeParameter('events') as string[],
          description: `n8n: ${this.getWorkflow().name ?? ''}`.slice(0, 150),
        });
        expectStatus(this, answer, 200, 201);
        Object.assign(this.getWorkflowStaticData('node'), { hook: answer.body.id, secret: answer.body.secret });
        return true;
      },

      async delete(this: IHookFunctions): Promise<boolean> {
        const kept = this.getWorkflowStaticData('node');
        if (typeof kept.hook === 'string') {
          expectStatus(this, await call(this, 'DELETE', `/${kept.hook}`), 204, 404);
        }
        delete kept.hook;
        delete kept.secret;
        return true;
      },
    },
  };

  async webhook(this: IWebhookFunctions): Promise<IWebhookResponseData> {
    const { secret } = this.getWorkflowStaticData('node');
    const request = this.getRequestObject();
    // As it came, to the byte.
    const body = request.rawBody?.toString('utf8') ?? '';
    if (typeof secret !== 'string' || !isSigned(secret, this.getHeaderData(), body)) {
      this.getResponseObject().status(401).json({ error: 'The signature of this call is not ReviewHub’s.' });
      return { noWebhookResponse: true };
    }
    return { workflowData: [this.helpers.returnJsonArray(this.getBodyData())] };
  }
}
