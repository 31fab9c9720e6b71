/* eslint-disable */
import { allIn } from './allIn';

allIn(
	'asyncTask',
	'complaints',
	'decodeBody',
	'decodeOddBodies',
	'decodeOddPlaces',
	'failedTasks',
	'gemini',
	'imageRefs',
	'imageText',
	'openAi',
	'shapes',
	'statusWords',
	'taskFacts',
);
