// Package experiment breaks a platform that works, under traffic, and watches it
// come back: steady state, traffic, injection, proof of the effect, hold,
// recovery, proof that nothing is left, heal and drain, judgement.
//
// How to recover is known before anything is broken, and recovery runs however
// the experiment ends. What was seen goes into a history; the judge alone decides
// what it is worth. A fault whose effect nobody saw proves nothing.
package experiment
