/** Projects: a namespace each, and who may do what in it. */
package io.nephele.operator.project;
