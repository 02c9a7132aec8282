/** {@code make bench}: what Nephele costs beside a plain client that writes the same objects. Everything is measured in one run and told as ratios. */
package io.nephele.sandbox.launcher.bench;
