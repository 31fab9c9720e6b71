/* eslint-disable */
/** Every item asks for the same image, so that the gateway paints it once. */
export const ORDER = { model: 'NanoBanana2-0.5K', prompt: 'A lighthouse' };
