"""Person and account of a credential: an integration shows them as the connected account."""

from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from oauth.calls.authentication import credential_of


class Me(APIView):
    def get(self, request: Request) -> Response:
        credential = credential_of(request)
        return Response(
            {
                "id": str(credential.user.pk),
                "email": credential.user.email,
                "business_name": credential.account.name,
                "account_id": str(credential.account.pk),
            }
        )
