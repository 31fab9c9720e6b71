import { group } from './group.mjs';

/** The steps that affect charges: what is rejected before a paid request, and what happens after it. */
export default group('steps', [
	'nodes/NanoBanana/{parameters/imageRequest,poll/waitForTask,submit/submit,submit/submitResult,images/downloadImage}.ts',
]);
