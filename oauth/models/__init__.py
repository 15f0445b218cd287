from oauth.models.account import Account, Membership
from oauth.models.api_key import ApiKey
from oauth.models.application import Application
from oauth.models.invitation import Invitation
from oauth.models.member_mail import MemberMail
from oauth.models.sign_in_link import SignInLink
from oauth.models.tokens import AccessToken, Grant, IDToken, RefreshToken
from oauth.models.user import User
from oauth.models.user_session import UserSession

__all__ = [
    "AccessToken",
    "Account",
    "ApiKey",
    "Application",
    "Grant",
    "IDToken",
    "Invitation",
    "MemberMail",
    "Membership",
    "RefreshToken",
    "SignInLink",
    "User",
    "UserSession",
]
