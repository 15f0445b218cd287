'use strict';

const RETRY_LATER = [429, 503];

// What an error of the API says, to the person whose Zap it is. A 401 does not come here: the platform refreshes the
// token and calls again.
const explain = (response, z) => {
  if (response.status < 400) {
    return response;
  }
  const body = response.json || {};
  const words = body.error_description || `ReviewHub answered ${response.status}.`;
  const wait = Number(response.getHeader('retry-after'));
  if (RETRY_LATER.includes(response.status) && wait) {
    throw new z.errors.ThrottledError(words, wait);
  }
  if (body.error === 'invalid_grant') {
    throw new z.errors.ExpiredAuthError('The connection to ReviewHub has ended: connect it again.');
  }
  if (response.skipThrowForStatus) {
    return response;
  }
  throw new z.errors.Error(words, body.error, response.status);
};

const authorize = (request, z, bundle) => {
  if (bundle.authData && bundle.authData.access_token && !request.headers.Authorization) {
    request.headers.Authorization = `Bearer ${bundle.authData.access_token}`;
  }
  return request;
};

module.exports = { authorize, explain };
