<#
.SYNOPSIS
Installs the frozen agent that stands beside this script, and has Windows start it with the machine.

.DESCRIPTION
The agent runs as a scheduled task of LOCAL SERVICE: at start-up, without a window, at low priority, and again a minute
after it ended for whatever reason. Used by Intune (Win32 app), by a GPO start-up script, or by hand as administrator.
An existing configuration is kept. With -Timer nothing stays in memory between reports.

.EXAMPLE
powershell -ExecutionPolicy Bypass -File install.ps1 -Url https://homeroom.example.org -Token hrt...
#>
param(
    [string]$Url,
    [string]$Token,
    [switch]$Timer
)
Set-StrictMode -Version 3
$ErrorActionPreference = 'Stop'

$program = Join-Path $env:ProgramFiles 'Homeroom'
$data = Join-Path $env:ProgramData 'Homeroom'
$task = 'Homeroom agent'

if (Get-ScheduledTask -TaskName $task -ErrorAction SilentlyContinue) {
    Stop-ScheduledTask -TaskName $task
    Unregister-ScheduledTask -TaskName $task -Confirm:$false
}

New-Item -ItemType Directory -Force -Path $program, $data | Out-Null
Copy-Item -Recurse -Force -Path (Join-Path $PSScriptRoot 'homeroom-agent\*') -Destination $program

# ProgramData lets every user read; the key and the reports are for the system, administrators and the agent only.
# By their security identifiers, for their names are translated: S-1-5-18 SYSTEM, -32-544 Administrators, -19 LOCAL SERVICE.
& icacls.exe $data /inheritance:r /grant:r '*S-1-5-18:(OI)(CI)F' '*S-1-5-32-544:(OI)(CI)F' '*S-1-5-19:(OI)(CI)M' | Out-Null
if ($LASTEXITCODE -ne 0) { throw "icacls failed with status $LASTEXITCODE" }

$config = Join-Path $data 'agent.toml'
if (-not (Test-Path $config) -and $Url) {
    $lines = @('[collector]', "url = '$Url'")
    if ($Token) { $lines += "token = '$Token'" }
    [IO.File]::WriteAllLines($config, $lines)
}

$executable = Join-Path $program 'homeroom-agent.exe'
if ($Timer) {
    $action = New-ScheduledTaskAction -Execute $executable -Argument 'once --spool'
    $trigger = New-ScheduledTaskTrigger -Once -At (Get-Date) -RepetitionInterval (New-TimeSpan -Minutes 5) `
        -RandomDelay (New-TimeSpan -Seconds 30)
    $limit = New-TimeSpan -Minutes 10
} else {
    $action = New-ScheduledTaskAction -Execute $executable -Argument 'run'
    $trigger = New-ScheduledTaskTrigger -AtStartup
    $limit = [TimeSpan]::Zero
}
$settings = New-ScheduledTaskSettingsSet -AllowStartIfOnBatteries -DontStopIfGoingOnBatteries -StartWhenAvailable `
    -RestartCount 999 -RestartInterval (New-TimeSpan -Minutes 1) -ExecutionTimeLimit $limit -Priority 7 `
    -MultipleInstances IgnoreNew
$principal = New-ScheduledTaskPrincipal -UserId 'S-1-5-19' -LogonType ServiceAccount -RunLevel Limited
Register-ScheduledTask -TaskName $task -Action $action -Trigger $trigger -Settings $settings -Principal $principal `
    -Description 'Measures the machine, never the person.' | Out-Null
Start-ScheduledTask -TaskName $task
