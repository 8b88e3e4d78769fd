<#
.SYNOPSIS
Intune's detection rule: says something and exits 0 where the agent is installed in this version or a newer one.
#>
param([version]$Wanted = '0.1.0')
$executable = Join-Path $env:ProgramFiles 'Homeroom\homeroom-agent.exe'
if (-not (Test-Path $executable)) { exit 1 }
$said = (& $executable --version) -split ' ' | Select-Object -Last 1
if ([version]$said -lt $Wanted) { exit 1 }
Write-Output "homeroom-agent $said"
exit 0
