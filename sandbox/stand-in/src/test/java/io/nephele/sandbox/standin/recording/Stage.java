package io.nephele.sandbox.standin.recording;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.nephele.sandbox.standin.recording.Recording.Line;
import java.util.List;

/** Where an action is done again. */
interface Stage {

    Calls calls();

    /** The action as it was recorded, with its answer. */
    Line action();

    /** The namespace of the action. */
    String namespace();

    /** The object of that kind and name as it was seen first after this action, or as the scenario gives it. */
    ObjectNode object(String kind, String name);

    /** What the object with this recorded name is called now: another name, if it is a random one. */
    String seenName(String kind, String recordedName);

    /** The newest state of the object that stands for a recorded one, or null if it is not there. */
    ObjectNode seen(Line recorded);

    /** The newest state of all objects of a kind. */
    List<Line> seen(String kind);

    /** The text of the next action, or the empty string. */
    String next();

    /** What was recorded before this action. */
    List<Line> past();

    /** What was recorded from this action on. */
    List<Line> future();
}
