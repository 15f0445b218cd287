"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.ReviewHubApi = void 0;
class ReviewHubApi {
    name = 'reviewHubApi';
    displayName = 'ReviewHub API';
    icon = { light: 'file:../icons/reviewhub.svg', dark: 'file:../icons/reviewhub.dark.svg' };
    documentationUrl = 'https://reviewhub.example/docs/api';
    properties = [
        {
            displayName: 'Base URL',
            name: 'baseUrl',
            type: 'string',
            default: '',
            required: true,
            placeholder: 'https://reviews.example.com',
            description: 'Where ReviewHub runs',
        },
        {
            displayName: 'API Key',
            name: 'apiKey',
            type: 'string',
            typeOptions: { password: true },
            default: '',
            required: true,
            description: 'Made under API Keys. It must be allowed to read and to write.',
        },
    ];
    authenticate = {
        type: 'generic',
        properties: { headers: { Authorization: '=Bearer {{$credentials.apiKey}}' } },
    };
    test = {
        request: { baseURL: '={{$credentials.baseUrl.replace(/\\/+$/, "")}}', url: '/api/v1/me' },
    };
}
exports.ReviewHubApi = ReviewHubApi;
