import { group } from './group.mjs';

/** What is sent, and what any response means. */
export default group('formats', ['nodes/NanoBanana/formats/**/*.ts']);
