"""Yardstik's objects as its documentation shows them; field names are those on the wire.

A `repr` shows type, id and states, nothing else: the fields hold personal data, down to social security numbers. Fields
that Yardstik adds one day are kept in `extra`.
"""

from jofi_async.yardstik.models.candidates import Address, Candidate, CandidateList, Guardian, NewCandidate
from jofi_async.yardstik.models.invitations import (
    REFRESHABLE,
    Invitation,
    InvitationList,
    InvitationMeta,
    InvitationReceipt,
    InvitationStatus,
    NewInvitation,
    Styles,
)
from jofi_async.yardstik.models.packages import IntakeField, Package, PackageList, Screening
from jofi_async.yardstik.models.shared import Account, AccountList, Page, PageMeta, Report

__all__ = [
    "REFRESHABLE",
    "Account",
    "AccountList",
    "Address",
    "Candidate",
    "CandidateList",
    "Guardian",
    "IntakeField",
    "Invitation",
    "InvitationList",
    "InvitationMeta",
    "InvitationReceipt",
    "InvitationStatus",
    "NewCandidate",
    "NewInvitation",
    "Package",
    "PackageList",
    "Page",
    "PageMeta",
    "Report",
    "Screening",
    "Styles",
]
