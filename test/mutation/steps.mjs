import { group } from './group.mjs';

/** The steps that decide over money: what is refused before it is paid, and what becomes of what is paid. */
export default group('steps', [
	'nodes/NanoBanana/{parameters/imageRequest,poll/waitForTask,submit/submit,submit/submitResult,images/downloadImage}.ts',
]);
