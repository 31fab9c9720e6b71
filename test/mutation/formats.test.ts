/* eslint-disable */
import { allIn } from './allIn';

allIn('asyncTask', 'gemini', 'openAi', 'readPath', 'responseShapes', 'statusWords');
