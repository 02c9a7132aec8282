package io.nephele.sandbox.standin.recording;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** Takes out of names and texts what is another one in every run, so that two runs can be compared. */
final class Names {

    private record Rule(Pattern pattern, String replacement) {}

    private final List<Rule> rules = new ArrayList<>();

    Names() {
        and("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", "<uid>");
        and("\\d{4}-\\d\\d-\\d\\dT[0-9:.]+Z", "<time>");
    }

    /** One more pattern; the first one added is applied first. */
    Names and(String pattern, String replacement) {
        rules.add(new Rule(Pattern.compile(pattern), replacement));
        return this;
    }

    String normal(String text) {
        String normal = text;
        for (Rule rule : rules) {
            normal = rule.pattern().matcher(normal).replaceAll(rule.replacement());
        }
        return normal;
    }
}
