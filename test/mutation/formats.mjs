import { group } from './group.mjs';

/** The code that encodes requests and decodes responses. */
export default group('formats', ['nodes/NanoBanana/formats/**/*.ts']);
