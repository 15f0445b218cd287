'use strict';

// What an error of the API says, to the person whose Zap it is. A 401 is left alone: the platform refreshes the token
// and calls again.
const explain = (response, z) => {
  if (response.status < 400 || response.status === 401 || response.skipThrowForStatus) {
    return response;
  }
  const body = response.json || {};
  if (response.status === 429) {
    throw new z.errors.ThrottledError(body.error_description, Number(response.getHeader('retry-after')) || 60);
  }
  throw new z.errors.Error(body.error_description || `ReviewHub answered ${response.status}.`, body.error, response.status);
};

const authorize = (request, z, bundle) => {
  if (bundle.authData && bundle.authData.access_token && !request.headers.Authorization) {
    request.headers.Authorization = `Bearer ${bundle.authData.access_token}`;
  }
  return request;
};

module.exports = { authorize, explain };
