import type { IAuthenticateGeneric, Icon, ICredentialTestRequest, ICredentialType, INodeProperties } from 'n8n-workflow';

export class ReviewHubApi implements ICredentialType {
  name = 'reviewHubApi';

  displayName = 'ReviewHub API';

  icon: Icon = { light: 'file:../icons/reviewhub.svg', dark: 'file:../icons/reviewhub.dark.svg' };

  documentationUrl = 'https://reviewhub.example/docs/api';

  properties: INodeProperties[] = [
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

  authenticate: IAuthenticateGeneric = {
    type: 'generic',
    properties: { headers: { Authorization: '=Bearer {{$credentials.apiKey}}' } },
  };

  test: ICredentialTestRequest = {
    request: { baseURL: '={{$credentials.baseUrl.replace(/\\/+$/, "")}}', url: '/api/v1/me' },
  };
}
