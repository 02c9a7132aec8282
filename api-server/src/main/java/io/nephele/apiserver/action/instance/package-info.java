/** Actions on instances. */
package io.nephele.apiserver.action.instance;
