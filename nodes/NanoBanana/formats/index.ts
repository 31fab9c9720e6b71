import type { ApiFormat, ImageFormat } from '../types';
import { asyncTask } from './asyncTask';
import { gemini } from './gemini';
import { openAi } from './openAi';

/** A new format is one file and one line. */
export const FORMATS: Record<ApiFormat, ImageFormat> = { asyncTask, openAi, gemini };
