/* eslint-disable */
/** Every item requests the same image, so that the mock API draws it once. */
export const REQUEST = { model: 'NanoBanana2-0.5K', prompt: 'A lighthouse' };
