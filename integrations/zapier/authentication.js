'use strict';

const { path, to } = require('./lib/paths');

const credentials = () => ({ client_id: process.env.CLIENT_ID, client_secret: process.env.CLIENT_SECRET });

const token = async (z, body) => {
  const response = await z.request({
    url: to('token'),
    method: 'POST',
    headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
    body: { ...credentials(), ...body },
  });
  return { access_token: response.data.access_token, refresh_token: response.data.refresh_token };
};

const getAccessToken = (z, bundle) =>
  token(z, {
    grant_type: 'authorization_code',
    code: bundle.inputData.code,
    redirect_uri: bundle.inputData.redirect_uri,
  });

const refreshAccessToken = (z, bundle) =>
  token(z, { grant_type: 'refresh_token', refresh_token: bundle.authData.refresh_token });

const test = async (z) => (await z.request({ url: to('me') })).data;

module.exports = {
  type: 'oauth2',
  oauth2Config: {
    authorizeUrl: {
      // The definition is kept as it was pushed; what a version is told with env:set comes later.
      url: `{{process.env.BASE_URL}}${path('authorize')}`,
      params: {
        client_id: '{{process.env.CLIENT_ID}}',
        state: '{{bundle.inputData.state}}',
        redirect_uri: '{{bundle.inputData.redirect_uri}}',
        response_type: 'code',
      },
    },
    getAccessToken,
    refreshAccessToken,
    autoRefresh: true,
    scope: 'read write',
  },
  test,
  connectionLabel: '{{business_name}} ({{email}})',
};
