package io.nephele.apiserver.action.image;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.nephele.apiserver.action.Action;
import io.nephele.apiserver.action.Call;
import io.nephele.apiserver.action.Json;
import io.nephele.apiserver.protocol.AwsException;
import io.nephele.crds.image.Image;
import io.nephele.crds.image.LaunchPermissions;
import jakarta.inject.Singleton;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Stream;
import software.amazon.awssdk.services.ec2.model.LaunchPermission;
import software.amazon.awssdk.services.ec2.model.ModifyImageAttributeRequest;
import software.amazon.awssdk.services.ec2.model.ModifyImageAttributeResponse;

/** Shares an image, or describes it anew; in the old form and the new one. */
@Singleton
class ModifyImageAttribute implements Action<ModifyImageAttributeRequest, ModifyImageAttributeResponse> {

    @Override
    public ModifyImageAttributeResponse call(ModifyImageAttributeRequest request, Call call) {
        Image image = Images.own(call, request.imageId());
        if (request.description() != null) {
            call.asUser()
                    .patch(
                            image,
                            Json.spec(spec -> spec.put(
                                    "description", request.description().value())));
            return ModifyImageAttributeResponse.builder().build();
        }
        if ("description".equals(request.attribute()) && request.value() != null) {
            call.asUser().patch(image, Json.spec(spec -> spec.put("description", request.value())));
            return ModifyImageAttributeResponse.builder().build();
        }
        List<LaunchPermission> add = new ArrayList<>();
        List<LaunchPermission> remove = new ArrayList<>();
        if (request.launchPermission() != null) {
            add.addAll(request.launchPermission().add());
            remove.addAll(request.launchPermission().remove());
        }
        List<LaunchPermission> target = "remove".equals(request.operationTypeAsString()) ? remove : add;
        request.userIds()
                .forEach(user ->
                        target.add(LaunchPermission.builder().userId(user).build()));
        request.userGroups()
                .forEach(group ->
                        target.add(LaunchPermission.builder().group(group).build()));
        if (add.isEmpty() && remove.isEmpty()) {
            throw AwsException.invalidCombination("No attributes specified.");
        }
        if (!request.organizationArns().isEmpty()
                || !request.organizationalUnitArns().isEmpty()
                || Stream.concat(add.stream(), remove.stream()).anyMatch(ModifyImageAttribute::isForOrganization)) {
            throw AwsException.unsupported("There are no organizations in this cloud: share with accounts.");
        }
        permissions(call, image, add, remove);
        return ModifyImageAttributeResponse.builder().build();
    }

    private static void permissions(Call call, Image image, List<LaunchPermission> add, List<LaunchPermission> remove) {
        LaunchPermissions present = image.getSpec().launchPermissionsOrNone();
        boolean everyone = Boolean.TRUE.equals(present.everyone());
        var accounts = new TreeSet<>(present.accounts() == null ? List.of() : present.accounts());
        for (LaunchPermission permission : add) {
            everyone |= isEveryone(permission);
            if (permission.userId() != null) {
                accounts.add(account(permission.userId()));
            }
        }
        for (LaunchPermission permission : remove) {
            everyone &= !isEveryone(permission);
            if (permission.userId() != null) {
                accounts.remove(permission.userId());
            }
        }
        write(call, image, everyone, List.copyOf(accounts));
    }

    /** Writes the permissions as a whole; of two that change them at the same time neither is lost. */
    static void write(Call call, Image image, boolean everyone, List<String> accounts) {
        call.asUser().patch(image, Json.spec(image, spec -> {
            ObjectNode permissions = spec.putObject("launchPermissions");
            permissions.put("public", everyone);
            ArrayNode list = permissions.putArray("accounts");
            accounts.forEach(list::add);
        }));
    }

    private static boolean isForOrganization(LaunchPermission permission) {
        return permission.organizationArn() != null || permission.organizationalUnitArn() != null;
    }

    private static boolean isEveryone(LaunchPermission permission) {
        if (permission.groupAsString() != null && !permission.groupAsString().equals("all")) {
            throw AwsException.invalidValue("Invalid user group: " + permission.groupAsString());
        }
        return permission.groupAsString() != null;
    }

    private static String account(String id) {
        if (!id.matches("\\d{12}")) {
            throw AwsException.of("InvalidAMIAttributeItemValue", "Invalid user id: \"" + id + "\"");
        }
        return id;
    }
}
