/**
 * Replays what was recorded on real systems against the stand-in, and compares what both showed.
 *
 * <p>A {@link io.nephele.sandbox.standin.recording.Recording} is cut at its actions. {@link io.nephele.sandbox.standin.recording.Replay} carries them out one after the
 * other on the API server ({@link io.nephele.sandbox.standin.recording.Actions} says how), waits after each until every object shows what it showed before the next
 * one, and compares at the end, for each object, the sequence of its words (phases) and, for each recorded object of the events, what was told of it. What is compared of
 * a kind says its {@link io.nephele.sandbox.standin.recording.View}; what stands in for a random name, {@link io.nephele.sandbox.standin.recording.Names}.
 *
 * <p>To test another system: read its recordings, give a view for each kind and an action for each text of an action line, run one Replay per
 * {@link io.nephele.sandbox.standin.recording.Scenario} on a {@link io.nephele.sandbox.standin.recording.Watched} of all those kinds.
 */
package io.nephele.sandbox.standin.recording;
