import { group } from './group.mjs';

/** What is sent, and what any answer means. */
export default group('formats', ['nodes/NanoBanana/formats/**/*.ts']);
