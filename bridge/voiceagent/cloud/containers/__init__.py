"""The bridge in Azure Container Apps: what is wanted, told once; rendered as Bicep, as requests and as Helm values."""
