"""The table of routes: each line is served, and described, by what stands in it."""

from jofi_async.yardstik.fake import rules
from jofi_async.yardstik.fake.routing import Route

ROUTES = (
    Route("GET", "/invitations", rules.list_invitations, "List invitations", "invitation", shape="page"),
    Route(
        "POST",
        "/invitations",
        rules.create_invitation,
        "Create an invitation",
        "invitation",
        body="new_invitation",
        status=201,
        refusals=(404, 422),
    ),
    Route("GET", "/invitations/:id", rules.get_invitation, "Get an invitation", "invitation", refusals=(404,)),
    Route("DELETE", "/invitations/:id", rules.delete_invitation, "Delete one", status=204, refusals=(404, 422)),
    Route(
        "PATCH",
        "/invitations/:id/cancel",
        rules.cancel_invitation,
        "Cancel an invitation",
        "invitation",
        refusals=(404, 422),
    ),
    Route(
        "PATCH",
        "/invitations/:id/refresh",
        rules.refresh_invitation,
        "Refresh an invitation",
        "invitation",
        body="refresh",
        refusals=(404, 422),
    ),
    Route("GET", "/candidates", rules.list_candidates, "List candidates", "candidate", shape="page"),
    Route(
        "POST",
        "/candidates",
        rules.create_candidate,
        "Create a candidate",
        "candidate",
        body="new_candidate",
        status=201,
        refusals=(422,),
    ),
    Route("GET", "/candidates/:id", rules.get_candidate, "Get a candidate", "candidate", refusals=(404,)),
    Route("GET", "/accounts", rules.list_accounts, "List the accounts", "account", shape="array"),
    Route("GET", "/packages", rules.list_packages, "List the account packages", "package", shape="array"),
)
