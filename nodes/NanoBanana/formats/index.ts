import type { ApiFormat, ImageFormat } from '../types';
import { asyncTask } from './asyncTask';
import { gemini } from './gemini';
import { openAi } from './openAi';

/** To add a format, see 'How to add' in CONTRIBUTING.md. */
export const FORMATS: Record<ApiFormat, ImageFormat> = { asyncTask, openAi, gemini };
