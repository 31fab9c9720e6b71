/* eslint-disable */
import { allIn } from './allIn';

allIn(
	'images/downloadImage',
	'images/downloadAgain',
	'parameters/imageRequest',
	'poll/rejectedPoll',
	'poll/waitForTask',
	'submit/rejectedRequest',
	'submit/submit',
	'submit/sendAgain',
	'submit/submitResult',
);
