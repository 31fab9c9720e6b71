/* eslint-disable */
import { allIn } from './allIn';

allIn('asyncTask', 'complaints', 'decodeBody', 'failedTasks', 'gemini', 'imageRefs', 'imageText', 'openAi', 'shapes', 'statusWords', 'taskFacts');
