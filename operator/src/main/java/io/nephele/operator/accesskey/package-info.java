/** Access keys: the master key that their secrets follow from, and how a user is told his. */
package io.nephele.operator.accesskey;
