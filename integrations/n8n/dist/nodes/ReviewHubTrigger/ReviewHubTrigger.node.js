"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.ReviewHubTrigger = void 0;
const n8n_workflow_1 = require("n8n-workflow");
const signature_1 = require("./signature");
async function call(node, method, path, body) {
    const { baseUrl } = await node.getCredentials('reviewHubApi');
    return (await node.helpers.httpRequestWithAuthentication.call(node, 'reviewHubApi', {
        method,
        url: `${baseUrl.replace(/\/+$/, '')}/api/v1/hooks${path}`,
        body,
        json: true,
        returnFullResponse: true,
        ignoreHttpStatusErrors: true,
    }));
}
/** Say what the API said, unless the status is one of those. */
function expectStatus(node, answer, ...statuses) {
    if (!statuses.includes(answer.statusCode)) {
        throw new n8n_workflow_1.NodeApiError(node.getNode(), answer.body ?? {}, {
            message: String(answer.body?.error_description ?? `ReviewHub answered ${answer.statusCode}.`),
            httpCode: String(answer.statusCode),
        });
    }
}
class ReviewHubTrigger {
    description = {
        displayName: 'ReviewHub Trigger',
        name: 'reviewHubTrigger',
        icon: { light: 'file:../../icons/reviewhub.svg', dark: 'file:../../icons/reviewhub.dark.svg' },
        group: ['trigger'],
        version: 1,
        subtitle: '={{$parameter["events"].join(", ")}}',
        description: 'Starts the workflow when something happens to a review request or a customer',
        defaults: { name: 'ReviewHub Trigger' },
        inputs: [],
        outputs: [n8n_workflow_1.NodeConnectionTypes.Main],
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
            async checkExists() {
                const { hook } = this.getWorkflowStaticData('node');
                if (typeof hook !== 'string') {
                    return false;
                }
                const answer = await call(this, 'GET', `/${hook}`);
                expectStatus(this, answer, 200, 404);
                const events = this.getNodeParameter('events');
                const told = answer.body.events;
                return (answer.statusCode === 200 &&
                    answer.body.active === true &&
                    answer.body.url === this.getNodeWebhookUrl('default') &&
                    [...events].sort().join() === [...(told ?? [])].sort().join());
            },
            async create() {
                const answer = await call(this, 'POST', '', {
                    url: this.getNodeWebhookUrl('default'),
                    events: this.getNodeParameter('events'),
                    description: `n8n: ${this.getWorkflow().name ?? ''}`.slice(0, 150),
                });
                expectStatus(this, answer, 200, 201);
                Object.assign(this.getWorkflowStaticData('node'), { hook: answer.body.id, secret: answer.body.secret });
                return true;
            },
            async delete() {
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
    async webhook() {
        const { secret } = this.getWorkflowStaticData('node');
        const request = this.getRequestObject();
        // As it came, to the byte.
        const body = request.rawBody?.toString('utf8') ?? '';
        if (typeof secret !== 'string' || !(0, signature_1.isSigned)(secret, this.getHeaderData(), body)) {
            this.getResponseObject().status(401).json({ error: 'The signature of this call is not ReviewHub’s.' });
            return { noWebhookResponse: true };
        }
        return { workflowData: [this.helpers.returnJsonArray(this.getBodyData())] };
    }
}
exports.ReviewHubTrigger = ReviewHubTrigger;
