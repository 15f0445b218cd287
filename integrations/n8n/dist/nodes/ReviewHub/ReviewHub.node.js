"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.ReviewHub = void 0;
const n8n_workflow_1 = require("n8n-workflow");
// What a field is called in the body of a call; the API takes a blank one as one that is left out.
const sendAs = (property) => ({ send: { type: 'body', property } });
// Else an error of the API is the engine's “Bad request”, without the field that is wrong.
async function explain(items, { statusCode, body }) {
    if (statusCode < 400) {
        return items;
    }
    const error = (body ?? {});
    throw new n8n_workflow_1.NodeApiError(this.getNode(), error, {
        message: String(error.error_description ?? `ReviewHub answered ${statusCode}.`),
        httpCode: String(statusCode),
    });
}
const output = { postReceive: [explain] };
const onSend = { show: { resource: ['reviewRequest'], operation: ['send'] } };
class ReviewHub {
    description = {
        displayName: 'ReviewHub',
        name: 'reviewHub',
        icon: { light: 'file:../../icons/reviewhub.svg', dark: 'file:../../icons/reviewhub.dark.svg' },
        group: ['transform'],
        version: 1,
        subtitle: '={{$parameter["operation"] + ": " + $parameter["resource"]}}',
        description: 'Ask customers for reviews, by e-mail or text message',
        defaults: { name: 'ReviewHub' },
        usableAsTool: true,
        inputs: [n8n_workflow_1.NodeConnectionTypes.Main],
        outputs: [n8n_workflow_1.NodeConnectionTypes.Main],
        credentials: [{ name: 'reviewHubApi', required: true }],
        requestDefaults: {
            baseURL: '={{$credentials.baseUrl.replace(/\\/+$/, "")}}',
            headers: { Accept: 'application/json', 'Content-Type': 'application/json' },
            ignoreHttpStatusErrors: true,
        },
        properties: [
            {
                displayName: 'Resource',
                name: 'resource',
                type: 'options',
                noDataExpression: true,
                options: [{ name: 'Review Request', value: 'reviewRequest' }],
                default: 'reviewRequest',
            },
            {
                displayName: 'Operation',
                name: 'operation',
                type: 'options',
                noDataExpression: true,
                displayOptions: { show: { resource: ['reviewRequest'] } },
                options: [
                    {
                        name: 'Cancel',
                        value: 'cancel',
                        action: 'Cancel a review request',
                        description: 'Send nothing more of a review request',
                        routing: {
                            request: {
                                method: 'POST',
                                url: '=/api/v1/review-requests/{{encodeURIComponent($parameter["reviewRequestId"])}}/cancel',
                            },
                            output,
                        },
                    },
                    {
                        name: 'Get',
                        value: 'get',
                        action: 'Get a review request',
                        description: 'Get a review request with its messages',
                        routing: {
                            request: {
                                method: 'GET',
                                url: '=/api/v1/review-requests/{{encodeURIComponent($parameter["reviewRequestId"])}}',
                            },
                            output,
                        },
                    },
                    {
                        name: 'Send',
                        value: 'send',
                        action: 'Send a review request',
                        description: 'Ask a customer for a review, and follow up',
                        routing: { request: { method: 'POST', url: '/api/v1/review-requests' }, output },
                    },
                ],
                default: 'send',
            },
            {
                displayName: 'Review Request ID',
                name: 'reviewRequestId',
                type: 'string',
                required: true,
                default: '',
                displayOptions: { show: { resource: ['reviewRequest'], operation: ['cancel', 'get'] } },
                description: 'The ID that the answer to Send has',
            },
            {
                displayName: 'Email',
                name: 'email',
                type: 'string',
                placeholder: 'name@email.com',
                default: '',
                displayOptions: onSend,
                description: 'Required if there is no mobile phone number',
                routing: sendAs('email'),
            },
            {
                displayName: 'Mobile Phone Number',
                name: 'mobilePhoneNumber',
                type: 'string',
                placeholder: '+12125551234',
                default: '',
                displayOptions: onSend,
                description: 'Required if there is no email',
                routing: sendAs('mobile_phone_number'),
            },
            {
                displayName: 'First Name',
                name: 'firstName',
                type: 'string',
                default: '',
                displayOptions: onSend,
                routing: sendAs('first_name'),
            },
            {
                displayName: 'Last Name',
                name: 'lastName',
                type: 'string',
                default: '',
                displayOptions: onSend,
                routing: sendAs('last_name'),
            },
            {
                displayName: 'Delay Hours',
                name: 'delayHours',
                type: 'number',
                typeOptions: { minValue: 0, maxValue: 8760 },
                default: 0,
                displayOptions: onSend,
                description: 'Hours to wait before sending the review request, from 0 to 8760',
                routing: sendAs('delay_hours'),
            },
            {
                displayName: 'Additional Fields',
                name: 'additionalFields',
                type: 'collection',
                placeholder: 'Add Field',
                default: {},
                displayOptions: onSend,
                options: [
                    {
                        displayName: 'Channel',
                        name: 'channel',
                        type: 'options',
                        options: [
                            { name: 'Automatic', value: 'auto' },
                            { name: 'Email Only', value: 'email' },
                            { name: 'Text Message Only', value: 'sms' },
                        ],
                        default: 'auto',
                        routing: sendAs('channel'),
                    },
                    {
                        displayName: 'Company Name',
                        name: 'companyName',
                        type: 'string',
                        default: '',
                        routing: sendAs('company_name'),
                    },
                    {
                        displayName: 'Consent Channel',
                        name: 'consentChannel',
                        type: 'options',
                        options: [
                            { name: 'Both', value: 'both' },
                            { name: 'Email', value: 'email' },
                            { name: 'Text Message', value: 'sms' },
                        ],
                        default: 'both',
                        description: 'What the customer agreed to. Needs the wording, the source and the time as well.',
                        routing: sendAs('consent_channel'),
                    },
                    {
                        displayName: 'Consent Source',
                        name: 'consentSource',
                        type: 'string',
                        placeholder: 'Check box on the booking form',
                        default: '',
                        routing: sendAs('consent_source'),
                    },
                    {
                        displayName: 'Consent Time',
                        name: 'consentTime',
                        type: 'dateTime',
                        default: '',
                        routing: { send: { type: 'body', property: 'consent_at', value: '={{new Date($value).toISOString()}}' } },
                    },
                    {
                        displayName: 'Consent Wording',
                        name: 'consentWording',
                        type: 'string',
                        default: '',
                        routing: sendAs('consent_wording'),
                    },
                    {
                        displayName: 'Language',
                        name: 'language',
                        type: 'string',
                        placeholder: 'en',
                        default: '',
                        description: 'Language of the messages and the page, such as de or de-AT',
                        routing: sendAs('language'),
                    },
                    {
                        displayName: 'Metadata',
                        name: 'metadata',
                        type: 'json',
                        default: '{}',
                        description: 'Your own data: an object of up to 50 keys and 16 KiB',
                        routing: {
                            send: {
                                type: 'body',
                                property: 'metadata',
                                value: '={{typeof $value === "string" ? JSON.parse($value) : $value}}',
                            },
                        },
                    },
                    {
                        displayName: 'Sequence Name or ID',
                        name: 'sequence',
                        type: 'options',
                        typeOptions: {
                            loadOptions: {
                                routing: {
                                    request: { method: 'GET', url: '/api/v1/sequences', qs: { page_size: 100 } },
                                    output: {
                                        postReceive: [
                                            explain,
                                            { type: 'rootProperty', properties: { property: 'results' } },
                                            {
                                                type: 'setKeyValue',
                                                properties: { name: '={{$responseItem.name}}', value: '={{String($responseItem.id)}}' },
                                            },
                                            { type: 'sort', properties: { key: 'name' } },
                                        ],
                                    },
                                },
                            },
                        },
                        default: '',
                        description: 'Which messages are sent, and when. Choose from the list, or specify an ID using an <a href="https://docs.n8n.io/code/expressions/">expression</a>.',
                        routing: { send: { type: 'body', property: 'sequence', value: '={{String($value)}}' } },
                    },
                    {
                        displayName: 'Time Zone',
                        name: 'timeZone',
                        type: 'string',
                        placeholder: 'America/New_York',
                        default: '',
                        routing: sendAs('time_zone'),
                    },
                    {
                        displayName: 'Your Reference',
                        name: 'externalId',
                        type: 'string',
                        default: '',
                        description: 'Your own ID of the job: a second call with it is answered with the first request',
                        routing: sendAs('external_id'),
                    },
                ],
            },
        ],
    };
}
exports.ReviewHub = ReviewHub;
