package io.nephele.sandbox.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/**
 * A guide of {@code docs}, followed to the letter. Above each of its blocks stands who types it: {@code ```sh bob}, or {@code ```sh adam administrator}.
 *
 * @param text of the guide
 */
record Guide(String text, Shell shell) {

    private static final Pattern BLOCK = Pattern.compile("```sh ([a-z]+)( administrator)?\n(.*?)```", Pattern.DOTALL);

    static Guide of(String file, Shell shell) throws IOException {
        return new Guide(Files.readString(Settings.sourceTree().resolve(Path.of("docs", file))), shell);
    }

    /** Types what a section says; each block has to succeed. Returns what they printed. */
    String follow(String section) {
        int begin = text.indexOf("\n## " + section + "\n");
        assertThat(begin).as("there is a section " + section).isNotNegative();
        int end = text.indexOf("\n## ", begin + 1);
        var printed = new StringBuilder();
        for (MatchResult block : BLOCK.matcher(text.substring(begin, end < 0 ? text.length() : end))
                .results()
                .toList()) {
            printed.append(shell.run(as(block.group(1), block.group(2) != null) + block.group(3)))
                    .append('\n');
        }
        assertThat(printed).as("there is something to type in " + section).isNotEmpty();
        return printed.toString();
    }

    /** What somebody is told when he may not do it. */
    String refusal(String user, String command) {
        Shell.Result result = shell.tryRun(as(user, false) + command);
        assertThat(result.status())
                .as("%s: %s%n%s", user, command, result.output())
                .isNotZero();
        return result.error();
    }

    /** What somebody sees. */
    String run(String user, String command) {
        return shell.run(as(user, false) + command);
    }

    /** What an administrator sees. */
    String administrator(String command) {
        return shell.run(as("adam", true) + command);
    }

    private static String as(String user, boolean administrator) {
        return "kubectl() { command kubectl --as nephele:" + user + " --as-group nephele:users"
                + (administrator ? " --as-group nephele:administrators" : "") + " \"$@\"; }\n";
    }
}
