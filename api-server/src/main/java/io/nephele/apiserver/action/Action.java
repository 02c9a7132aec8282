package io.nephele.apiserver.action;

import software.amazon.awssdk.core.SdkPojo;

/**
 * One action of AWS. Its name is that of its request class; it is found because it is a bean.
 *
 * @param <I> the request class of the AWS SDK
 * @param <O> its response class
 */
@FunctionalInterface
public interface Action<I extends SdkPojo, O extends SdkPojo> {

    /** Carries it out; errors are {@link io.nephele.apiserver.protocol.AwsException}s. */
    O call(I request, Call call);

    /** Whether it is there for those too who have signed nothing, because it has its own way to find out who asks. */
    default boolean isOpen() {
        return false;
    }
}
