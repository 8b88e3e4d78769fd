<#
.SYNOPSIS
Removes the agent and everything that it kept: task, program, configuration, key, reports.
#>
Set-StrictMode -Version 3
$ErrorActionPreference = 'Stop'

$task = 'Homeroom agent'
if (Get-ScheduledTask -TaskName $task -ErrorAction SilentlyContinue) {
    Stop-ScheduledTask -TaskName $task
    Unregister-ScheduledTask -TaskName $task -Confirm:$false
}
$program = Join-Path $env:ProgramFiles 'Homeroom'
Get-Process -Name 'homeroom-agent' -ErrorAction SilentlyContinue |
    Where-Object { $_.Path -and $_.Path.StartsWith($program) } |
    ForEach-Object { $_.Kill(); $_.WaitForExit(10000) | Out-Null }
foreach ($folder in $program, (Join-Path $env:ProgramData 'Homeroom')) {
    if (Test-Path $folder) { Remove-Item -Recurse -Force -Path $folder }
}
