package io.nephele.apiserver.action.sts;

import io.nephele.apiserver.auth.Members;
import io.nephele.apiserver.protocol.AwsException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** {@code arn:aws:iam::<account>:role/<project>}: a role is a project, and its members may assume it. */
record RoleArn(String account, String project) {

    private static final Pattern ARN = Pattern.compile("arn:aws:iam::(\\d{12}):role/([\\w+=,.@-]{1,64})");

    static RoleArn parse(@Nullable String text) {
        Matcher arn = ARN.matcher(Constraints.required(text, "roleArn"));
        if (!arn.matches()) {
            throw AwsException.of(
                    "ValidationError",
                    "Request ARN is invalid: the role of a project is arn:aws:iam::<account>:role/<project>");
        }
        return new RoleArn(arn.group(1), arn.group(2));
    }

    /** The user as a member of it; null for whatever reason he is none, and nobody is told which. */
    Members.@Nullable Member member(Members members, String user) {
        Members.Member member = members.find(project, user);
        return member != null && member.project().accountId().equals(account) ? member : null;
    }
}
