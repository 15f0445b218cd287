"""The least that a product of one's own would keep."""

from django.db import models


class Customer(models.Model):
    first_name = models.CharField(max_length=150, blank=True)
    email = models.EmailField(db_index=True)

    def __str__(self) -> str:
        return self.email


class Request(models.Model):
    customer = models.ForeignKey(Customer, on_delete=models.CASCADE)
    status = models.CharField(max_length=10, default="scheduled")
    scheduled_for = models.DateTimeField()
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"Request to {self.customer}"


class Link(models.Model):
    token = models.CharField(max_length=22, unique=True)
    url = models.URLField()
    pressed_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.token
