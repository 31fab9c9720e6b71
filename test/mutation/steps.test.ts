/* eslint-disable */
import { allIn } from './allIn';

allIn(
	'images/downloadImage',
	'parameters/imageRequest',
	'poll/waitForTask',
	'submit/submit',
	'submit/sendAgain',
	'submit/submitResult',
);
