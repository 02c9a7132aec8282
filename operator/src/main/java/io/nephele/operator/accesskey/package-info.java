/** Access keys: the id that follows from the object, and the Secret with the other half. */
package io.nephele.operator.accesskey;
