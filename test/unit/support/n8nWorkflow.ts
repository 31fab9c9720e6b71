/* eslint-disable */
/** What the product takes from n8n-workflow. To load the rest for every test file, or every mutant, takes longer than the tests. */
export { NodeApiError } from 'n8n-workflow/dist/cjs/errors/node-api.error.js';
export { sleep } from 'n8n-workflow/dist/cjs/utils.js';
