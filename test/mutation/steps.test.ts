/* eslint-disable */
import { allIn } from './allIn';

allIn(
	'images/downloadImage',
	'images/downloadAgain',
	'parameters/imageRequest',
	'poll/waitForTask',
	'submit/submit',
	'submit/sendAgain',
	'submit/submitResult',
);
