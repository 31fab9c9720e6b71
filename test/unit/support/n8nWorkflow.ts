/* eslint-disable */
/** What the node imports from n8n-workflow. Loading all of it for every file or mutant takes longer than the tests. */
export { NodeApiError } from 'n8n-workflow/dist/cjs/errors/node-api.error.js';
export { sleep } from 'n8n-workflow/dist/cjs/utils.js';
